"""A mail server as small as RFC 5321 allows: takes every message and remembers it."""

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType

_REPLIES = {"EHLO": "250 receiver", "HELO": "250 receiver", "DATA": "354 go on", "QUIT": "221 bye"}


@dataclass
class MailServer:
    """Use as an async context manager."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: bool = False
    port: int = 0

    async def __aenter__(self) -> "MailServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 receiver ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            refused = self.refuses and verb == "RCPT"
            writer.write(f"{'451 try later' if refused else _REPLIES.get(verb, '250 ok')}\r\n".encode())
            if verb == "RCPT" and not refused:
                self.recipients.append(line.partition("<")[2].partition(">")[0])
            if verb == "DATA":
                content = await reader.readuntil(b"\r\n.\r\n")
                message = message_from_bytes(content[:-3], policy=policy.default)
                self.taken.append(message)
                writer.write(b"250 taken\r\n")
            if verb == "QUIT":
                break
        writer.close()
