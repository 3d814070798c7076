"""The editor's desk: verdicts in, baselines, comparison of runs, other formats out.

Everything here works on stored runs (:func:`mtaudit.report.read_run`) and on what editors wrote;
nothing judges a text.  :mod:`.baseline` alone is used by an audit.
"""
