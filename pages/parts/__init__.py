"""What pages share: state, charts, number formats, glossary, tables, job progress."""
