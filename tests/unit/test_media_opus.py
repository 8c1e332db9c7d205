"""The jitter buffer that skips holes; and that this version of aiortc still has the private parts we lean on."""

from aiortc import RTCPeerConnection
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

from server.media.link import replace_jitter_buffer
from server.media.opus import OpusJitterBuffer

KIND = "unit"


def packet(number: int) -> RtpPacket:
    made = RtpPacket(sequence_number=number & 0xFFFF, timestamp=number * 960)
    made._data = bytes([number & 0xFF])  # type: ignore[attr-defined]
    return made


def feed(numbers: list[int]) -> tuple[list[int], OpusJitterBuffer]:
    """What comes out, as the frames' first bytes, in order."""
    out: list[int] = []

    def release(_packet: RtpPacket, frame: JitterFrame) -> None:
        out.append(frame.data[0])

    buffer = OpusJitterBuffer(2, release)
    for number in numbers:
        _, frame = buffer.add(packet(number))
        out += [] if frame is None else [frame.data[0]]
    return out, buffer


def test_packets_in_order_leave_at_once() -> None:
    assert feed([5, 6, 7])[0] == [5, 6, 7]


def test_swapped_packets_are_put_right() -> None:
    assert feed([5, 7, 6, 8])[0] == [5, 6, 7, 8]


def test_a_lost_packet_costs_one_frame_and_a_short_wait() -> None:
    out, buffer = feed([5, 7, 8, 9, 10])
    assert out == [5, 7, 8, 9, 10]
    assert buffer.lost == 1


def test_a_late_packet_is_dropped() -> None:
    assert feed([5, 7, 8, 9, 6, 10])[0] == [5, 7, 8, 9, 10]


def test_numbers_wrap_around() -> None:
    assert feed([65534, 65535, 65536, 65537])[0] == [254, 255, 0, 1]


async def test_the_pinned_aiortc_has_the_receiver_we_patch() -> None:
    connection = RTCPeerConnection()
    transceiver = connection.addTransceiver("audio")
    replace_jitter_buffer(transceiver.receiver)
    assert isinstance(transceiver.receiver._RTCRtpReceiver__jitter_buffer, OpusJitterBuffer)  # type: ignore[attr-defined]
    assert hasattr(transceiver.sender, "_RTCRtpSender__rtp_timestamp")
    await connection.close()
