"""Ny kilde: how does a fagsystem become a source, from its address to the first reading?"""
