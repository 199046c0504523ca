"""The files of the home: found, read, and edited in place without disturbing another byte."""
