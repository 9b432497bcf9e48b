"""When things run: requests for runs, the lease runner, the schedule."""
