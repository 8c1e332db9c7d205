"""What the conversation itself names of a pack, and every pack must therefore have. All else is named by the pack's data."""

from enum import StrEnum


class Said(StrEnum):
    """Scripts."""

    ACK_CHANGED = "ack.changed"
    ACK_NOTED = "ack.noted"
    ACK_REFUSED = "ack.refused"
    ACK_UNABLE = "ack.unable"
    CLOSE_CALL_911 = "close.call_911"
    CLOSE_GOODBYE = "close.goodbye"
    CLOSE_LONG = "close.long"
    CLOSE_NOT_A_PERSON = "close.not_a_person"
    CLOSE_QUIET = "close.quiet"
    CLOSE_STOPPED = "close.stopped"
    CUE_MORE = "cue.more"
    DANGER_CALL = "danger.call"
    HEARD_MEDICINE = "heard.medicine"
    HEARD_NUMBER = "heard.number"
    HUMAN_AGAIN = "human.again"
    HUMAN_OF_COURSE = "human.of_course"
    LATER_GOOD = "later.good"
    NOTHING_UNANSWERED = "nothing.unanswered"
    NURSE_BACK = "nurse.back"
    NURSE_HERE = "nurse.here"
    NURSE_LISTENING = "nurse.listening"
    NURSE_LOST = "nurse.lost"
    P911_CALL = "p911.call"
    P911_GOOD = "p911.good"
    P911_STAY_ON = "p911.stay_on"
    P988_CALL = "p988.call"
    QUIET_FIRST = "quiet.first"
    QUIET_OFFER = "quiet.offer"
    STAYING_AGAIN = "staying.again"
    STAYING_BETTER = "staying.better"
    STAYING_END = "staying.end"
    STAYING_FIRST = "staying.first"
    STAYING_HERE = "staying.here"
    STAYING_QUESTION = "staying.question"
    STAYING_STILL_CALL = "staying.still_call"
    STAYING_STOP_CHECK = "staying.stop_check"
    TROUBLE_NO_NURSE = "trouble.no_nurse"
    TROUBLE_SORRY = "trouble.sorry"
    WELCOME_BACK = "welcome.back"
    WELCOME_STAYING = "welcome.staying"


class Fired(StrEnum):
    """Guardrails."""

    CANNOT_CALL_911 = "CANNOT_CALL_911"
    DROPPED_IN_RED = "DROPPED_IN_RED"
    KB_NO_ANSWER = "KB_NO_ANSWER"
    NOT_FINISHED = "NOT_FINISHED"
    OTHER_PERSON_RED = "OTHER_PERSON_RED"
    SYSTEM_FAILURE = "SYSTEM_FAILURE"
    UNRESPONSIVE = "UNRESPONSIVE"


class Asked(StrEnum):
    """Questions of `staying`."""

    ABOUT_PATIENT = "about_patient"
    CALLING_911 = "calling_911"
    FINISH_LATER = "finish_later"
    HAPPENING_NOW = "happening_now"
