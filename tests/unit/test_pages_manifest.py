"""The tags of a built page, and a clear refusal where there is no build."""

import json
import re
from pathlib import Path

import pytest

from server.pages.manifest import Manifest, WebBuildMissing

KIND = "unit"

BUILD = {
    "_tokens.css": {"file": "assets/tokens-2.css"},
    "_wire.js": {"file": "assets/wire-1.js", "imports": ["_deep.js"]},
    "_deep.js": {"file": "assets/deep-1.js", "css": ["assets/deep-1.css"], "imports": ["_wire.js"]},
    "staff/staff.ts": {
        "file": "assets/staff-3.js",
        "isEntry": True,
        "css": ["assets/staff-3.css", "assets/tokens-2.css"],
        "imports": ["_wire.js"],
    },
}


def write(static: Path, chunks: object) -> None:
    (static / ".vite").mkdir(parents=True, exist_ok=True)
    (static / ".vite" / "manifest.json").write_text(json.dumps(chunks))


def test_shared_styles_come_first_and_the_entry_last(tmp_path: Path) -> None:
    write(tmp_path, BUILD)
    files = re.findall(r'(?:href|src)="([^"]+)"', Manifest(tmp_path).tags("staff/staff.ts"))
    assert files == [
        "/static/assets/tokens-2.css",
        "/static/assets/deep-1.css",
        "/static/assets/staff-3.css",
        "/static/assets/deep-1.js",
        "/static/assets/wire-1.js",
        "/static/assets/staff-3.js",
    ]


def test_a_new_build_is_noticed(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    with pytest.raises(WebBuildMissing, match="npm run build"):
        manifest.tags("staff/staff.ts")
    write(tmp_path, BUILD)
    assert "staff-3.js" in manifest.tags("staff/staff.ts")


def test_an_entry_that_was_not_built_is_named(tmp_path: Path) -> None:
    write(tmp_path, BUILD)
    with pytest.raises(WebBuildMissing, match=r"other/page\.ts"):
        Manifest(tmp_path).tags("other/page.ts")


def test_a_broken_manifest_is_refused_without_its_content(tmp_path: Path) -> None:
    write(tmp_path, {"staff/staff.ts": {"nofile": 1}})
    with pytest.raises(WebBuildMissing) as refused:
        Manifest(tmp_path).tags("staff/staff.ts")
    assert "nofile" not in str(refused.value)


def test_a_name_from_the_build_cannot_break_out_of_its_attribute(tmp_path: Path) -> None:
    write(tmp_path, {"a.ts": {"file": 'x"><script>', "isEntry": True}})
    assert "<script>" not in Manifest(tmp_path).tags("a.ts")
