"""Domains below which anybody can have a name.

The public suffix list has ten thousand. These are what patterns of origins are written for.
"""

from __future__ import annotations

import re

_OF_COUNTRIES = re.compile(
    r"(ac|co|com|edu|go|gob|gov|gouv|gv|id|ltd|me|mil|ne|net|nhs|nom|or|org|plc|res|sch)\.[a-z]{2}"
)

_OF_HOSTERS = frozenset(
    """
    amazonaws.com amplifyapp.com appspot.com awsapprunner.com azureedge.net azurefd.net
    azurestaticapps.net azurewebsites.net bitbucket.io blogspot.com cloudapp.net cloudfront.net deno.dev
    digitaloceanspaces.com fastly.net firebaseapp.com fly.dev github.dev github.io gitlab.io gitpod.io
    glitch.me herokuapp.com hf.space loca.lt myshopify.com netlify.app ngrok-free.app ngrok-free.dev
    ngrok.app ngrok.dev ngrok.io ondigitalocean.app onrender.com pages.dev r2.dev railway.app render.com
    repl.co replit.app replit.dev run.app stackblitz.io streamlit.app surge.sh trycloudflare.com
    vercel.app web.app webcontainer.io webflow.io windows.net wixsite.com wordpress.com workers.dev
    """.split()
)


def is_shared(domain: str) -> bool:
    """Whether those who have names below *domain* have nothing to do with each other."""
    return domain in _OF_HOSTERS or _OF_COUNTRIES.fullmatch(domain) is not None
