"""The wizard: a link put together by questions. It returns a choice; nothing is written on the way."""
