"""What a patient without any trouble answers, by the script that asks."""

ANSWERS = {
    "screen.chest": "No, no chest pain.",
    "screen.breath": "No, I can breathe just fine.",
    "screen.bleed": "No, nothing is bleeding.",
    "screen.faint": "No, not at all.",
    "screen.confused": "No, my head is clear.",
    "trend.ask": "I feel a little better today.",
    "trend.bother": "I get tired in the afternoon.",
    "med.have": "Yes, I have all of them.",
    "hf.weight": "One hundred and eighty four pounds.",
    "hf.gain_day": "It is the same as yesterday.",
    "hf.pillows": "Two pillows.",
    "med.how": "One tablet in the morning and one at night.",
    "med.what_for": "It keeps my blood thin.",
    "med.felt": "Nothing feels different.",
    "missed.days": "None, I take them every day.",
    "visit.ride": "Yes, my daughter drives me.",
    "service.ask": "Yes, she came on Tuesday.",
    "plan.breath": "I would call nine one one and not drive.",
    "plan.head": "I would call nine one one right away.",
    "worry.ask": "I worry about the stairs in my house.",
    "recap.ask": "Yes, that is right.",
}


def easy_answer(script: str) -> str:
    """Nothing hurts, all medicines taken, knows what to do; a plain no to anything else."""
    return ANSWERS.get(script, "No.")
