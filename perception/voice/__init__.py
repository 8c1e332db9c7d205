"""The voice half of perception: sound and voice-activity probabilities in, readings of the voice's cues out.

Measures timing, pitch, level and steadiness. It recognizes no words and no speaker, and keeps no sound beyond a turn.
"""
