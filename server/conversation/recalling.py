"""What patients may do with what is remembered of them: hear it, correct it, have it forgotten. Before any other reading."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from server.conversation.agenda import Ask
from server.conversation.answering import accept, answered, detour
from server.conversation.heard import Heard, hear
from server.conversation.remembered import DISPUTED, FORGOTTEN, usable
from server.conversation.reply import Reply
from server.conversation.scope import Place, find, meant
from server.persona.memory_rules import Remember
from server.persona.named import Said
from server.persona.pack import Pack
from server.vocabulary.memories import Amendment, Memory, MemoryChange


def recalls(reply: Reply, heard: Heard) -> bool:
    """Serve what the patient wants of our memory; False where the words are about something else."""
    phrases = reply.pack.memory.phrases
    if find(reply.pack, phrases["asks_what"], heard.text):
        _tell(reply, heard)
        return True
    if not reply.state.recalled:
        return False
    about = _which(reply, heard)
    wants = _wants(reply, heard, about)
    if wants is None:
        return False
    if about is None:
        reply.say(Said.RECALL_WHICH)
        detour(reply, heard)
        return True
    _amend(reply, about, wants, heard)
    return True


def aspect_of(pack: Pack, rule: Remember, text: str) -> str:
    """Id of the aspect that was said and not denied, of several the one within no other; empty for none or two."""
    return _one_of(pack, rule.aspects, hear(text))


def said_in(pack: Pack, phrases: Sequence[str], text: str) -> bool:
    """Whether one of these was said and not denied."""
    return bool(meant(pack, phrases, hear(text)))


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def phrases(self) -> tuple[str, ...]: ...


def _one_of(pack: Pack, named: Sequence[_Named], heard: Heard) -> str:
    found = [(place, one.id) for one in named for place in meant(pack, one.phrases, heard)]
    whole = {one for place, one in found if not any(_holds(other, place) for other, its in found if its != one)}
    return whole.pop() if len(whole) == 1 else ""


def _holds(outer: Place, inner: Place) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and outer != inner


def _known(reply: Reply) -> Iterator[tuple[Memory, Remember]]:
    """What may be told: what the patient said is not so, or is to be forgotten, is not told again."""
    gone = {one.memory for one in reply.state.amended if one.change != "corrected"}
    for memory in reply.visit.remembered:
        rule = usable(reply.pack, reply.visit, memory)
        if rule is not None and memory.id not in gone:
            yield memory, rule


def _tell(reply: Reply, heard: Heard) -> None:
    """At most a few memories, each in its approved line."""
    told = [(memory, rule) for memory, rule in _known(reply) if rule.recall]
    told = told[: int(reply.pack.memory.recall_max.value)]
    reply.say(Said.RECALL_INTRO if told else Said.RECALL_NOTHING)
    for memory, rule in told:
        spoken = rule.spoken(_aspect_now(reply, memory))
        reply.say(rule.recall, slots={"{remembered}": spoken, "{medicine}": memory.subject})
    if told:
        reply.say(Said.RECALL_RIGHTS)
    reply.change(recalled=tuple(memory.id for memory, _ in told))
    detour(reply, heard)


def _aspect_now(reply: Reply, memory: Memory) -> str:
    """As it was handed to us, or as the patient has corrected it since."""
    return next((one.aspect for one in reply.state.amended if one.memory == memory.id), memory.aspect)


def _wants(reply: Reply, heard: Heard, about: tuple[Memory, Remember] | None) -> MemoryChange | None:
    """What is to become of a memory; None where the words are no more than an answer."""
    phrases = reply.pack.memory.phrases
    if meant(reply.pack, phrases["forget"], heard):
        return "forgotten"
    if find(reply.pack, phrases["wrong"], heard.text):
        return "disputed"
    if about is None or not find(reply.pack, phrases["instead"], heard.text):
        return None
    memory, rule = about
    named = _one_of(reply.pack, rule.aspects, heard)
    return "corrected" if named and named != _aspect_now(reply, memory) else None


def _which(reply: Reply, heard: Heard) -> tuple[Memory, Remember] | None:
    """The memory that "that" means: the open question's, else the one that was named, else the only one that was told."""
    opening = reply.open.opening if reply.open else None
    known = [(memory, rule) for memory, rule in _known(reply) if memory.id in reply.state.recalled]
    if opening is not None:
        known = [(memory, rule) for memory, rule in _known(reply) if memory.id == opening.memory] or known
    named = [one for one in known if find(reply.pack, one[1].phrases, heard.text)]
    if len(known) == 1:
        return known[0]
    return named[0] if len(named) == 1 else None


def _amend(reply: Reply, about: tuple[Memory, Remember], wants: MemoryChange, heard: Heard) -> None:
    memory, rule = about
    ask = reply.open
    asked = ask if ask is not None and ask.opening is not None and ask.opening.memory == memory.id else None
    aspect = _one_of(reply.pack, rule.aspects, heard) if wants != "forgotten" else ""
    if aspect and aspect != _aspect_now(reply, memory):
        reply.amend(Amendment(memory.id, "corrected", aspect, heard.raw.strip()))
        reply.say(Said.RECALL_CORRECTED)
        _go_on(reply, asked, heard)
        return
    reply.amend(Amendment(memory.id, wants, "", heard.raw.strip()))
    reply.say(Said.RECALL_FORGOTTEN if wants == "forgotten" else Said.RECALL_DISPUTED)
    if asked is None:
        detour(reply, heard)
        return
    reply.close(asked, "met", FORGOTTEN if wants == "forgotten" else DISPUTED)
    reply.go_on()


def _go_on(reply: Reply, asked: Ask | None, heard: Heard) -> None:
    """After a correction: the same words may answer the question; else it is asked in the words that name nothing."""
    found = answered(reply, asked, heard) if asked else None
    if asked is None:
        detour(reply, heard)
    elif found is not None:
        accept(reply, asked, found, heard, spoke=True)
    else:
        reply.ask_again(asked)
