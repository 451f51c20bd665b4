"""Put the files of Swagger UI that the package ships in their place: ``python tools/vendor_swagger_ui.py``.

It needs npm. For a new version change `VERSION` and run it: it prints the hashes that differ from those
below, to be written here and committed with the files, and with the version in the package.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "5.35.0"

HASHES = {
    "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    "NOTICE": "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2",
    "oauth2-redirect.html": "f3546c5b74b44eac7de5b4193a641b4f23365470c109b490c566bac0de446745",
    "oauth2-redirect.js": "a5c8a34e09e49737382cc5019446eec7c3db3461963fc5bfe448361d3c5549e9",
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui-bundle.js.LICENSE.txt": "37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}
"""The SHA-256 of each file."""

FOLDER = Path(__file__).parents[1] / "src" / "flask_baseline" / "openapi" / "static" / "swagger-ui"


def packed() -> dict[str, bytes]:
    """Return the files as the npm package has them. Nothing of it is run: it has a script for installs."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"swagger-ui-dist@{VERSION}"]
        subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as package:
            members = {name: package.extractfile(f"package/{name}") for name in HASHES}
            return {name: member.read() for name, member in members.items() if member is not None}


def differences(files: dict[str, bytes]) -> dict[str, str]:
    """Return the hashes of those *files* that are not as pinned."""
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {name: digest for name, digest in found.items() if digest != HASHES[name]}


def main() -> int:
    """Write the files, and tell which differ from what is pinned."""
    files = packed()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    different = differences(files)
    for name, digest in different.items():
        print(f'    "{name}": "{digest}",')
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
