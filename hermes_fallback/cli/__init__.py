"""The command line: reads flags, calls one service, hands the result to a view."""
