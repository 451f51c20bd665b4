"""A site that is rendered on the server: scripts and styles with a nonce, a session, reports of browsers."""

from __future__ import annotations

import os

from flask import Flask, render_template_string, request, session
from werkzeug.wrappers import Response

from flask_baseline import Baseline
from flask_baseline.redirects import safe_redirect

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Notes</title>
<link rel="icon" href="data:,">
<style nonce="{{ csp_nonce() }}">body { font-family: sans-serif; max-width: 40em; margin: auto }</style>
</head>
<body>
<h1>Notes</h1>
<form method="post" action="{{ url_for('add') }}">
<input name="text" maxlength="200" required> <button>Add</button> <span id="left"></span>
</form>
<ul>{% for note in notes %}<li>{{ note }}</li>{% endfor %}</ul>
<p>You have been here {{ visits }} time{{ "" if visits == 1 else "s" }}.</p>
<script nonce="{{ csp_nonce() }}">
const field = document.querySelector("input");
const show = () => { document.querySelector("#left").textContent = `${200 - field.value.length} left`; };
field.addEventListener("input", show);
show();
</script>
</body>
</html>
"""


def create_app(**config: object) -> Flask:
    app = Flask(__name__)
    # A service of several processes takes it from a secret; here a restart ends all sessions.
    app.secret_key = os.urandom(32)
    app.config.update(BASELINE_HEADERS_REPORT_PATH="/reports", **config)
    Baseline(app)
    notes: list[str] = []

    @app.get("/")
    def index() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return render_template_string(PAGE, notes=notes, visits=session["visits"])

    @app.post("/notes")
    def add() -> Response:
        notes.append(request.form["text"][:200])
        return safe_redirect(request.args.get("next"), default="/", code=303)

    return app
