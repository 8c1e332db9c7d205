"""What the service writes to its log: our own event lines as they are, other libraries' only by place.

Libraries put transcripts into log records (livekit-agents does, as `lk.pii.user_input`) and into tracebacks; no message
text of theirs is ever written.
"""

import logging


class _Line(logging.Formatter):
    """`time level event key=value …`"""

    def format(self, record: logging.LogRecord) -> str:
        at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        if record.name.startswith("server."):
            return f"{at} {record.levelname.lower()} {record.getMessage()}"
        failure = f" error={record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        place = f"part={record.name} file={record.filename} line={record.lineno}"
        return f"{at} {record.levelname.lower()} library_log {place}{failure}"


def set_up(level: int = logging.INFO) -> None:
    """Send everything to standard error through the one formatter."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("server").setLevel(level)
    logging.captureWarnings(True)
