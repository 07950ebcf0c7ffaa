"""One source: how is it doing, what did its runs bring, and what can I do about it?"""
