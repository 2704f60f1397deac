"""Warnings ahead: which spikes the ensemble sees coming, beside the obvious alarms; see `../spike_warnings.py`."""
