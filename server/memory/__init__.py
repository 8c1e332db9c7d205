"""The seventh stage: what is known of a patient from one check-in to the next. Facts with two times, episodes, open threads.

Memory is evidence: every fact says which words it came from, when it held and since when it is known. The chart is never
touched from here, and nothing that a language model read counts before a person confirmed it.
"""
