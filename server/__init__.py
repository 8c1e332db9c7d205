"""Nightlight: live check-ins with patients, with a nurse one page away."""
