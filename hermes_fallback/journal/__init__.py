"""Receipts of turns on disk, so that what happened can be told afterwards."""
