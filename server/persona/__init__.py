"""Persona packs: what a persona may say, ask and listen for, as data that a clinician can read and sign.

Nothing here talks to a patient. A pack that does not load stops the start-up with the file and the line to mend.
"""
