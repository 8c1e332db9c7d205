"""A form that cannot be taken as it is."""

from http import HTTPStatus

from server.vocabulary.errors import ServiceError


class FormIncomplete(ServiceError):
    """A field of a form is missing or not one of its choices."""

    code = "form_incomplete"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"the field {field} is missing or unknown")
        self.patient_sees = sentence
