"""What voice and face show, against the patient's own usual: measurements in, explainable findings out.

A library of its own: it imports nothing of the service, stores no sound and no picture, and names what can be observed,
never an emotion, an intention or a disease. A finding buys time or a gentle question; it pages nobody by itself.
"""

import os

# From 1.31 on ONNX Runtime reports the machine and its models to its maker unless it is told not to before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
