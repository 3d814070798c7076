"""Fitting and measuring the detector: labelled data, features, models."""
