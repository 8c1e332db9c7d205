"""What is left of a voice after Opus, as a call carries it."""

import av
import numpy as np

from tests.fakes.vowels import RATE, Sound


def through_opus(sound: Sound, bitrate: int = 24_000) -> Sound:
    """`sound` encoded and decoded; later by the codec's own delay, a few milliseconds, and up to 40 ms shorter."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "s16", bitrate
    encoder.open()
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "mono"
    resampler = av.AudioResampler("flt", "mono", RATE)
    pcm = (np.clip(sound, -1, 1) * 32_767).astype(np.int16)
    size = encoder.frame_size
    packets = []
    for start in range(0, len(pcm) - size + 1, size):
        frame = av.AudioFrame.from_ndarray(pcm[None, start : start + size], "s16", "mono")
        frame.sample_rate, frame.pts = RATE, start
        packets += encoder.encode(frame)
    frames = [frame for packet in [*packets, *encoder.encode(None)] for frame in decoder.decode(packet)]
    return np.concatenate([part.to_ndarray()[0] for frame in frames for part in resampler.resample(frame)])
