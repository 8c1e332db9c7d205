"""The import rule of docs/architecture: which stage may know which, and where each heavy library may be touched."""

from pathlib import Path

import pytest

from tests.contract.source import imports, imports_any, modules

KIND = "contract"

SHARED = {"vocabulary", "record", "pages"}
"""What every stage may import."""
BELOW = {"vocabulary": set(), "record": {"vocabulary"}, "pages": {"vocabulary", "record"}}
"""What the shared packages themselves may import."""
CROSSING = {"speech": {"media"}, "conversation": {"persona"}}
"""The only two stages that know another one."""
KNOW_ALL = {"checkin", "workbench", "commands"}
"""The conductor, who knows the order of stages, and the commands that try them on files."""
BESIDE = {module.stem for module in modules("server") if len(module.parts) == 2} - {"cli"}
"""Modules beside the packages; no package imports one, but `commands`, which builds as `app` does."""
BEHIND = {"server.workbench": ("server/commands/",), "server.commands": ("server/commands/", "server/cli.py")}
"""Packages that a check-in must run without, and where they may be imported."""

PLACES = {
    "aiortc": ("server/media/",),
    "huggingface_hub": (),  # it comes with tokenizers, and may fetch things
    "livekit": ("server/media/room.py", "server/speech/"),
    "mediapipe": ("perception/",),
    # Only the conductor, and what builds for it, may see what perception is made of.
    "perception": (
        "perception/",
        "server/checkin/",
        "server/app.py",
        "server/perceiving.py",
        "server/commands/",
        "server/workbench/perceive.py",
    ),
    "onnxruntime": ("perception/", "server/knowledge/embedder.py", "server/speech/recognizer.py"),
    "tokenizers": ("server/knowledge/wordpiece.py",),
}

PURE = (
    "perception/face/eyelids.py",
    "perception/face/geometry.py",
    "perception/face/look.py",
    "perception/face/middle.py",
    "perception/face/pace.py",
    "perception/face/sighting.py",
    "perception/face/trace.py",
    "perception/face/watch.py",
    "perception/finding.py",
    "perception/fusion/absence.py",
    "perception/fusion/accumulator.py",
    "perception/fusion/baseline.py",
    "perception/fusion/graph.py",
    "perception/fusion/latest.py",
    "perception/fusion/mismatch.py",
    "perception/fusion/raising.py",
    "perception/fusion/strip.py",
    "perception/reading.py",
    "perception/session.py",
    "perception/voice/",
    "server/conversation/",
    "server/knowledge/answer.py",
    "server/knowledge/blast.py",
    "server/knowledge/document.py",
    "server/knowledge/front_matter.py",
    "server/knowledge/outline.py",
    "server/knowledge/parts.py",
    "server/knowledge/passage.py",
    "server/knowledge/rules.py",
    "server/knowledge/telling.py",
    "server/knowledge/terms.py",
    "server/knowledge/windows.py",
    "server/persona/conditions.py",
    "server/persona/lexicon.py",
    "server/persona/pack.py",
    "server/persona/memory_rules.py",
    "server/persona/plain.py",
    "server/persona/questions.py",
    "server/persona/shape.py",
    "server/escalation/answer_link.py",
    "server/escalation/calendar_feed.py",
    "server/escalation/ladder.py",
    "server/escalation/rota.py",
    "server/escalation/wording.py",
    "server/invitation/addresses.py",
    "server/invitation/link.py",
    "server/memory/facts.py",
    "server/memory/learning.py",
    "server/memory/merging.py",
    "server/memory/rules.py",
    "server/pages/lockout.py",
    "server/record/audit_formats.py",
    "server/record/chain.py",
    "server/record/proof.py",
    "server/record/seal.py",
    "server/signaling/candidate.py",
    "server/signaling/description.py",
    "server/signaling/offer.py",
    "server/signaling/pace.py",
    "server/speech/completeness.py",
    "server/speech/hallucination.py",
    "server/speech/ledger.py",
    "server/speech/pronunciation.py",
    "server/speech/turn.py",
    "server/speech/visemes.py",
)
IMPURE = ("asyncio", "aiohttp", "time", "random", "secrets", "logging")

STAGES = sorted({module.parts[1] for module in modules("server") if len(module.parts) > 2})


def packages_known_by(stage: str) -> set[str]:
    """The packages of server/ that a package may import besides itself."""
    every = set(STAGES) | (BESIDE if stage == "commands" else set())
    return BELOW.get(stage, every if stage in KNOW_ALL else SHARED | CROSSING.get(stage, set())) | {stage}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_what_it_may_know(stage: str) -> None:
    crossings = {
        f"{module} imports {name}"
        for module in modules(f"server/{stage}")
        for name in imports_any(module, "server")
        if name.split(".")[1] not in packages_known_by(stage)
    }
    assert crossings == set()


@pytest.mark.parametrize("package", sorted(BEHIND))
def test_no_check_in_needs_the_commands_on_files(package: str) -> None:
    users = {module.as_posix() for module in modules("server") if imports_any(module, package)}
    places = (f"{package.replace('.', '/')}/", *BEHIND[package])
    assert {user for user in users if not user.startswith(places)} == set()


def test_perception_knows_nothing_of_the_server() -> None:
    assert {name for module in modules("perception") for name in imports_any(module, "server")} == set()


def test_the_server_never_imports_its_tests() -> None:
    assert {
        str(module) for module in modules("server", "perception") if imports_any(module, "tests", "pytest")
    } == set()


@pytest.mark.parametrize("library", sorted(PLACES))
def test_a_heavy_library_stays_in_its_place(library: str) -> None:
    users = {module.as_posix() for module in modules("server", "perception") if imports_any(module, library)}
    assert {user for user in users if not user.startswith(PLACES[library])} == set()


@pytest.mark.parametrize("place", PURE)
def test_a_pure_module_decides_and_does_nothing_else(place: str) -> None:
    chosen = [module for module in modules("server", "perception") if module.as_posix().startswith(place)]
    assert chosen, f"{place} is gone: take it off the list or put its new name on it"
    assert {f"{module}: {name}" for module in chosen for name in imports_any(module, *IMPURE)} == set()


def test_the_rule_sees_imports_wherever_they_are(tmp_path: Path) -> None:
    """The rule's own eyes: an import inside a function or under TYPE_CHECKING counts too."""
    module = tmp_path / "late.py"
    module.write_text("if TYPE_CHECKING:\n    import aiortc.sdp\ndef f():\n    from server.media import link\n")
    assert imports(module) == {"aiortc.sdp", "server.media.link"}
