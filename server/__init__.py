"""Nightlight: live check-ins with patients, with a nurse one page away."""

import os

# Small products gain nothing from a second thread, and where the processors are busy each one waits for it: 77 ms instead of 2.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
