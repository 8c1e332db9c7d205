"""What to say next: triage, objectives, teach-back, policy and the output gate.

Pure: state and words in, a decision out. Nothing here speaks, waits, reads a clock, draws a random number or writes a
log, so that a check-in can be replayed from its journal to the same state, word for word.
"""
