"""Which hosts an application answers for, and by which scheme."""
