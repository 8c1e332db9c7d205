"""The model files that perception is handed: it imports nothing of the service, and fetches nothing itself."""

from server.vocabulary.models import ModelFile

FACE_LANDMARKER = ModelFile(
    "face_landmarker/face_landmarker.task",
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task",
    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    3_758_596,
)
"""MediaPipe's FaceLandmarker (Apache-2.0): 478 points, 52 blendshapes and the pose of one face."""
SILERO_VAD = ModelFile(
    "silero-vad/silero_vad.onnx",
    "https://github.com/snakers4/silero-vad/raw/806dcba3f0b5d95282d0889a074954a2f8c6397b/src/silero_vad/data/silero_vad.onnx",
    "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    2_327_524,
)
"""Silero's voice activity (MIT), for recordings; a call has its probabilities from the listener."""
