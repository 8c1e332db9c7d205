"""The numbers of a conversation, each with its source; a pack's numbers.yaml gives all of them."""

from server.persona.shape import Frozen, Number


class Numbers(Frozen):
    """The limits and waiting times of a conversation."""

    ask_max: Number
    detour_max: Number
    reteach_max: Number
    sentence_words_max: Number
    reading_grade_max: Number
    silence_first: Number
    silence_again: Number
    silence_offer: Number
    silence_close: Number
    staying_first: Number
    staying_page: Number
    staying_again: Number
    staying_end: Number
    cue_every: Number
    """Least time between two gentle questions because of a cue."""
    cue_most: Number
    """Such questions in one check-in."""
    cue_quiet: Number
    """Silence after which a gentle question cuts nobody short."""
    unheard_seconds: Number
    """A reply cut off before this much of it played was not heard."""
    dropped_emergency: Number
    dropped_urgent: Number
    company_full: Number
    """Turns of keeping someone in danger company that each end with the instruction."""
    company_every: Number
    """After those, only every so many."""
    parrot_words: Number
    short_answer_words: Number
    """Longest answer that is also read together with its question."""
    high_alert_max: Number
    conditions_max: Number
    """Condition packs of one kind that are asked in one check-in."""
    overheard_after: Number
    """Silence behind words that may go on after which an emergency in them is paged."""
    corrections_max: Number
    """Answers that may be taken back in one check-in."""
    turns_offer: Number
    """Patient turns after which finishing later is offered."""
    turns_end: Number
    """Patient turns after which a check-in comes to its goodbye."""
