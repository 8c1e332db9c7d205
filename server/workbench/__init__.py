"""Commands that run the pure stages on files, without a server, a patient or a clock: for clinicians and engineers.

Like `app` and `checkin` it knows every stage; nothing imports it but `commands`.
"""
