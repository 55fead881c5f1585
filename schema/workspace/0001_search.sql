-- Full text over what the public sees. Contentless: the text stands once, in feedback_items. `scope` holds tokens for the board, the status and the
-- category, so that a search is filtered inside the index. Prefix indexes serve search while typing.
CREATE VIRTUAL TABLE `feedback_search` USING fts5(
	title, description, scope,
	content='', contentless_delete=1,
	tokenize='unicode61 remove_diacritics 2',
	prefix='2 3'
);
