"""What a pack must hold true beyond its shape: every name leads somewhere and every sentence is plain enough to hear."""

from collections.abc import Iterator

from server.persona.complaint import Complaint
from server.persona.guardrail_checks import check_guardrails
from server.persona.memory_checks import check_memory
from server.persona.named import Asked, Fired, Said
from server.persona.pack import TOLD_KINDS, Condition, Pack, Question
from server.persona.plain import SLOT, banned, grade, words_of
from server.vocabulary.findings import Tier

SLOTS = frozenset(
    "{first_name} {clinic} {nurse_phone} {persona} {medicine} {service} {number} {named} {nurse} {visit_day} "
    "{remembered}".split()
)

COUNTED = ("number", "scale", "pressure")


def check_pack(pack: Pack) -> Iterator[Complaint]:
    """Yield everything that would fail in a conversation, before there is one."""
    for name, script in _named_scripts(pack):
        if script not in pack.lines:
            yield Complaint(script, f"`{name}` names the script `{script}`, which no file in scripts/ has", name)
    for name, guardrail in _named_guardrails(pack):
        if guardrail not in pack.guardrails:
            message = f"`{name}` names the guardrail `{guardrail}`, which guardrails.yaml does not have"
            yield Complaint(guardrail, message, name)
    for name, question in _named_staying(pack):
        if question not in pack.staying:
            yield Complaint(question, f"`{name}` asks `{question}`, which `staying` does not have", name)
    for request in pack.requests:
        if (request.kind in TOLD_KINDS) != (request.fires is not None):
            message = f"`{request.id}` needs `fires` if, and only if, a person is told of it"
            yield Complaint(request.id, message)
    yield from _check_sentences(pack)
    yield from _check_questions(pack)
    yield from check_guardrails(pack)
    yield from _check_talk(pack)
    yield from check_memory(pack)


def _check_talk(pack: Pack) -> Iterator[Complaint]:
    """Free talk may stand in the place of kind words only."""
    for name in pack.talk.own_words:
        script = pack.lines.get(name)
        if script is None:
            yield Complaint(name, f"`own_words` names the script `{name}`, which no file in scripts/ has")
        elif script.must_hear or any("?" in sentence for sentence in script.sentences):
            yield Complaint(name, f"`own_words` names `{name}`, an instruction or a question: it stays word for word")


def _check_sentences(pack: Pack) -> Iterator[Complaint]:
    longest, hardest = int(pack.numbers.sentence_words_max.value), pack.numbers.reading_grade_max.value
    for name, script in pack.lines.items():
        if not script.sentences:
            yield Complaint(name, f"the script `{name}` says nothing")
        elif (level := grade(script.sentences)) > hardest:
            yield Complaint(name, f"the script `{name}` reads at grade {level:.1f}, above {hardest:.0f}")
        for sentence in script.sentences:
            if len(words_of(sentence)) > longest:
                yield Complaint(sentence, f"the sentence has more than {longest} words")
            if unknown := set(SLOT.findall(sentence)) - SLOTS:
                yield Complaint(sentence, f"no slot is called {', '.join(sorted(unknown))}")
            if not sentence.endswith((".", "?")) or ". " in sentence or "? " in sentence:
                yield Complaint(sentence, "one sentence a line, ended by a period or a question mark")
            yield from (Complaint(sentence, wrong) for wrong in banned(sentence))


def _check_questions(pack: Pack) -> Iterator[Complaint]:
    known = {question.id for question in pack.questions}
    seen: set[str] = set()
    parameters = set(pack.parameters)
    for question in pack.questions:
        if question.id in seen and question.expects != "teach_back":
            yield Complaint(question.id, f"the question `{question.id}` exists twice")
        seen.add(question.id)
        faults = _faults(pack, question, known, parameters)
        yield from (Complaint(value, message, question.id) for value, message in faults)


def _faults(pack: Pack, question: Question, known: set[str], parameters: set[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a question, after the text by which its line is found."""
    measure = question.measure
    if (question.expects in COUNTED) != (measure is not None) or (measure and measure not in pack.measures):
        yield (
            measure or question.id,
            f"`{question.id}` needs a `measure` of measures.yaml if, and only if, it asks for a number",
        )
    named = {name for limit in question.limits for name in (limit.at_least, limit.below) if name}
    when = question.when or Condition()
    named |= {when.home_at_least} if when.home_at_least else set()
    for name in sorted(named - parameters):
        yield name, f"`{question.id}` names the parameter `{name}`, which no file has"
    if when.question and when.question not in known:
        yield when.question, f"`{question.id}` depends on `{when.question}`, which this pack does not ask"
    choices = {choice.id for choice in question.choices} | {said.answer for said in question.also if said.answer}
    if question.expects in ("choice", "several") and not question.choices:
        yield question.id, f"`{question.id}` has no choices"
    rail = pack.guardrails.get(question.yes_fires or "")
    if rail and rail.tier is Tier.EMERGENCY and not question.unknown_fires:
        yield question.id, f"`{question.id}` asks about an emergency and needs `unknown_fires`: no answer is told too"
    for name in sorted(set(question.choice_fires) - choices):
        yield name, f"`{question.id}` has no choice `{name}`"
    if (question.expects == "teach_back") != (question.teach_back is not None):
        yield question.id, f"`{question.id}` needs `teach_back` if, and only if, it expects one"


def _named_scripts(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from (("the conversation", str(script)) for script in Said)
    for objective in pack.objectives:
        yield from ((objective.id, script) for script in (*objective.says, *objective.says_if.values()))
        yield from ((objective.id, script) for answers in objective.recap.values() for script in answers.values())
    for question in pack.questions:
        yield from ((question.id, script) for script in _question_scripts(question))
    for rail in pack.guardrails.values():
        yield from ((rail.id, script) for script in rail.says + rail.extra)
    yield from (("raised", script) for spoken in pack.raised.values() for script in spoken.says)
    for request in pack.requests:
        yield from ((request.id, script) for script in request.says)


def _question_scripts(question: Question) -> Iterator[str]:
    optional = (
        question.on_yes,
        question.on_no,
        question.on_answer,
        *(choice.acknowledge for choice in question.choices),
    )
    yield from (question.ask, question.again, *(script for script in optional if script))
    if back := question.teach_back:
        yield from (*back.teach, back.ask_again, back.passed, back.failed)
        yield from (point.remind for point in back.points if point.remind)


def _named_guardrails(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from (("the conversation", str(name)) for name in Fired)
    for question in pack.questions:
        expected = question.teach_back.topics if question.teach_back else ()
        yield from ((question.id, name) for name in (*question.fires(), *question.topics, *expected))
    yield from ((request.id, request.fires) for request in pack.requests if request.fires)
    for objective in pack.objectives:
        if objective.unfinished_fires:
            yield objective.id, objective.unfinished_fires


def _named_staying(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from (("the conversation", str(name)) for name in Asked)
    yield from ((rail.id, question) for rail in pack.guardrails.values() for question in rail.asks)
    yield from ((cue.id, name) for cue in pack.cues.values() for name in (cue.asks, cue.probes) if name)
    yield from (("raised", question) for spoken in pack.raised.values() for question in spoken.asks)
