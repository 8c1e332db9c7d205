"""The one base of every error a stage may raise on purpose."""


class ServiceError(Exception):
    """A failure with a stable code.

    The message is for operators and names the field and the remedy; it never holds a patient's words or data.
    """

    code = "service_error"
    """Stable, machine-readable name; logged and sent to the page."""
    status = 400
    """HTTP status that the one error middleware answers with."""
    retryable = False
    """Whether the same request may succeed later."""
    patient_sees = "Something went wrong on our side. Please try again."
    """The plain sentence a patient's page shows."""


class NotPermitted(ServiceError):
    """The acting principal may not do this."""

    code = "not_permitted"
    status = 403
    patient_sees = "This page is not open to you."


class NotFound(ServiceError):
    """No such record, or none that this principal may know of."""

    code = "not_found"
    status = 404
    patient_sees = "We could not find that page."
