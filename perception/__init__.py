"""What voice and face show, against the patient's own usual: measurements in, explainable findings out.

A library of its own: it imports nothing of the service, stores no sound and no picture, and names what can be observed,
never an emotion, an intention or a disease. A finding buys time or a gentle question; it pages nobody by itself.
"""
