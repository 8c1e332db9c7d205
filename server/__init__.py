"""Nightlight: live check-ins with patients, with a nurse one page away."""

import os

# Small products gain nothing from a second thread, and where the processors are busy each one waits for it: 77 ms instead of 2.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# From 1.31 on ONNX Runtime reports the machine and its models to its maker unless it is told not to before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
