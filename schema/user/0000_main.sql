CREATE TABLE `memberships` (
	`workspace` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`since` integer NOT NULL
);
