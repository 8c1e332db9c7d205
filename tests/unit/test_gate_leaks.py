"""Distortions that keep nearly every word of a passage: sides, cause and effect, parts of a whole, whom to call."""

import pytest

from server.conversation.gate import Gate
from server.conversation.state import Visit
from server.installation import load_packs
from server.vocabulary.speech import Passage

KIND = "unit"

GATE = Gate(load_packs()["post-discharge"], Visit(""))

DISTORTED = [
    ("Put one drop in your right eye.", "Put 1 drop in your left eye."),
    ("Put one drop in your left eye.", "Put 1 drop in each eye."),
    ("Sleep on your back.", "Sleep on your side."),
    ("Being tired can make your blood count low.", "A low blood count can make you tired."),
    ("A fever means you have an infection.", "A fever can mean you have an infection."),
    ("An infection can happen if you have a fever.", "A fever can mean an infection."),
    ("Eat half of your plate as beans.", "Eat half of your plate as vegetables and one quarter as beans."),
    ("Lift nothing, not your bag, for 2 weeks.", "Do not lift anything heavier than your bag for 2 weeks."),
    ("Do not lift your bag for 2 weeks.", "Do not lift anything heavier than your bag for 2 weeks."),
    ("Breathe in, then press once.", "Breathe out, then press once."),
    ("Wear the belt when you are in bed.", "Wear the belt when you are out of bed."),
    ("Do not wear shoes with laces.", "Wear shoes with laces, not slippers."),
    ("Walk at most 3 times a day.", "Walk at least 3 times a day."),
    ("Eat 3 small meals instead of 5 large ones.", "Eat 5 small meals instead of 3 large ones."),
    ("Side effects go away.", "Most of the time side effects go away."),
    ("Keep taking it and call us.", "Stop taking it and call us."),
    ("Call us at 555-0111 at night.", "Call us at 555-0122 at night. Call 555-0111 on weekdays."),
    ("If your leg swells, call 911.", "Call us if your leg swells."),
    ("Call us if your leg swells.", "Call the supplier if your leg swells."),
    ("For chest pain at night, call the nurse line.", "At night, call the nurse line. For chest pain, call 911."),
    ("Call if it is over 200.", "Call if it is over 200 two times in a row."),
    ("Use it until your surgeon says to stop.", "Use it until your therapist says to stop."),
    ("They should call the clinic.", "They should use it if you pass out. Then they should call 911."),
    ("Wear it unless your friend says no.", "Wear it unless your nurse says no, even if a friend says no."),
    ("Call us if you are down 2 pounds.", "Call us if you are up 2 pounds."),
    ("I'll leave that out of my notes.", "Tell us if you fall."),
    ("This pill is for a clot.", "This pill is to prevent a clot."),
]

SAID = [
    ("Your heart rate is controlled by metoprolol.", "Metoprolol controls your heart rate."),
    ("Your cast sheet says to keep the cast dry.", "Keep the cast dry."),
    ("Your cast card says not to get it wet.", "Do not get your cast wet."),
    ("It's the nurse line you should call.", "Call the nurse line."),
    ("Take a single tablet at noon.", "Take 1 tablet at noon."),
    ("Swelling can be caused by amlodipine.", "Amlodipine can cause swelling."),
    ("Nothing should be put in his mouth.", "Do not put anything in his mouth."),
    ("Keep your bag lower than your waist.", "Keep your bag below your waist."),
    ("Hold on to the rail on the stairs.", "Go up the stairs one at a time. Hold the rail."),
    ("Call 911 if you faint.", "Call 911 if the pain does not stop, or if you faint."),
    ("Call 911 if you are throwing up.", "Call us for a sugar over 200. Call 911 if you are also throwing up."),
    ("Put one drop in both eyes.", "Put 1 drop in each eye."),
    ("Call 555-0122 at night.", "Call us at 555-0122 at night. Call 555-0111 on weekdays."),
    ("Inhale, then press once.", "Breathe in, then press once."),
]


@pytest.mark.parametrize(("sentence", "passage"), DISTORTED)
def test_a_distortion_is_refused(sentence: str, passage: str) -> None:
    assert not GATE.judge_free(sentence, [Passage("guide", 1, passage)]).allowed


@pytest.mark.parametrize(("sentence", "passage"), SAID)
def test_what_the_passage_says_is_allowed(sentence: str, passage: str) -> None:
    assert GATE.judge_free(sentence, [Passage("guide", 1, passage)]).allowed
