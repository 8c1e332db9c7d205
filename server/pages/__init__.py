"""The plumbing every web page stands on: templates, staff sessions, origin checks, headers, errors, live updates.

Holds no clinical rule and reads no patient data; must never put a patient's words into a header, a log or an address.
"""
