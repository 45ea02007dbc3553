"""The recorded cases by topic. Each module yields them from `cases()`; what a version lacks is left out there."""
