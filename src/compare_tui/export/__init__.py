"""A comparison as a document: JSON, Markdown, HTML, CSV. Pure: text comes out, whoever asked writes it."""
