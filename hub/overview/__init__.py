"""The page's content, made of records: built, kept, told to others, and asked "as of" and "as known".

May look back at matching and collect; knows nothing of who asks.
"""
