CREATE TABLE `carried_votes` (
	`feedback_id` integer NOT NULL,
	`end_user_id` integer NOT NULL,
	`own_weight` integer,
	PRIMARY KEY(`feedback_id`, `end_user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `duplicate_group_items` (
	`group_id` integer NOT NULL,
	`feedback_id` integer NOT NULL,
	PRIMARY KEY(`group_id`, `feedback_id`)
);
--> statement-breakpoint
CREATE INDEX `group_items_by_feedback` ON `duplicate_group_items` (`feedback_id`);--> statement-breakpoint
CREATE TABLE `duplicate_groups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`status` text NOT NULL,
	`score` real NOT NULL,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	`decided_by` text
);
--> statement-breakpoint
CREATE INDEX `groups_by_status` ON `duplicate_groups` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `theme_drafts` (
	`kind` text NOT NULL,
	`part` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`kind`, `part`)
);
--> statement-breakpoint
CREATE TABLE `theme_items` (
	`feedback_id` integer PRIMARY KEY NOT NULL,
	`theme_id` integer NOT NULL,
	`score` real NOT NULL,
	`votes` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `theme_items_by_theme` ON `theme_items` (`theme_id`,`score`);--> statement-breakpoint
CREATE TABLE `theme_state` (
	`id` integer PRIMARY KEY NOT NULL,
	`phase` text NOT NULL,
	`cursor` integer NOT NULL,
	`is_asked` integer NOT NULL,
	`seen` text NOT NULL,
	`changed_items` integer NOT NULL,
	`rebuilt_items` integer NOT NULL,
	`rebuilt_at` integer,
	`start_seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `themes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`terms` text NOT NULL,
	`is_named` integer NOT NULL,
	`is_pinned` integer NOT NULL,
	`merged_into` integer,
	`item_count` integer NOT NULL,
	`vote_count` integer NOT NULL,
	`centroid` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `themes_by_size` ON `themes` (`is_pinned`,`item_count`) WHERE merged_into is null;--> statement-breakpoint
CREATE TABLE `feedback_comments` (
	`id` integer PRIMARY KEY NOT NULL,
	`feedback_id` integer NOT NULL,
	`board_id` integer NOT NULL,
	`parent_id` integer,
	`depth` integer NOT NULL,
	`body` text NOT NULL,
	`is_internal` integer NOT NULL,
	`is_official` integer NOT NULL,
	`author_id` integer,
	`author_name` text,
	`moderation_state` text NOT NULL,
	`spam_score` integer NOT NULL,
	`visible` integer NOT NULL,
	`listed` integer NOT NULL,
	`reply_count` integer NOT NULL,
	`listed_replies` integer NOT NULL,
	`seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`edited_at` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `comments_by_feedback` ON `feedback_comments` (`feedback_id`,`id`);--> statement-breakpoint
CREATE INDEX `comments_listed` ON `feedback_comments` (`feedback_id`,`id`) WHERE listed = 1;--> statement-breakpoint
CREATE TABLE `moderation_queue` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`subject_id` integer NOT NULL,
	`feedback_id` integer NOT NULL,
	`board_id` integer NOT NULL,
	`state` text NOT NULL,
	`spam_score` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `queue_by_state` ON `moderation_queue` (`state`,`kind`,`id`,`board_id`,`subject_id`,`feedback_id`,`spam_score`);--> statement-breakpoint
CREATE INDEX `queue_by_board` ON `moderation_queue` (`board_id`,`state`,`kind`,`id`,`subject_id`,`feedback_id`,`spam_score`);--> statement-breakpoint
CREATE INDEX `queue_by_feedback` ON `moderation_queue` (`feedback_id`,`kind`,`subject_id`);--> statement-breakpoint
CREATE TABLE `text_hashes` (
	`hash` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`last_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `daily_stats` (
	`day` integer NOT NULL,
	`board_id` integer NOT NULL,
	`status` text NOT NULL,
	`category` text NOT NULL,
	`posts` integer NOT NULL,
	`votes` integer NOT NULL,
	`comments` integer NOT NULL,
	`departures` integer NOT NULL,
	`departed_ms` integer NOT NULL,
	PRIMARY KEY(`day`, `board_id`, `status`, `category`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text,
	`board_id` integer,
	`feedback_id` integer,
	`subject` text,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `events_by_feedback` ON `events` (`feedback_id`,`seq`) WHERE feedback_id is not null and type not in ('vote.cast', 'vote.removed');--> statement-breakpoint
CREATE INDEX `events_audit` ON `events` (`seq`) WHERE type not in ('vote.cast', 'vote.removed', 'feedback.created', 'comment.created');--> statement-breakpoint
CREATE TABLE `roadmap_items` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`phase_id` integer NOT NULL,
	`feedback_id` integer,
	`merged_from` text DEFAULT '[]' NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`position` integer NOT NULL,
	`is_public` integer NOT NULL,
	`seq` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `roadmap_items_by_phase` ON `roadmap_items` (`phase_id`,`position`);--> statement-breakpoint
CREATE UNIQUE INDEX `roadmap_items_by_feedback` ON `roadmap_items` (`feedback_id`) WHERE feedback_id is not null;--> statement-breakpoint
CREATE TABLE `roadmap_phases` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`status` text,
	`is_public` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `end_users` ADD `trusted_at` integer;--> statement-breakpoint
ALTER TABLE `feedback_items` ADD `spam_score` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `feedback_items` ADD `merged_into` integer;--> statement-breakpoint
ALTER TABLE `feedback_items` ADD `merged_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `feedback_items` ADD `status_since` integer;--> statement-breakpoint
CREATE INDEX `feedback_by_merged` ON `feedback_items` (`merged_into`) WHERE merged_into is not null;--> statement-breakpoint
ALTER TABLE `settings` ADD `last_comment_id` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `settings` ADD `suggested_feedback_id` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `settings` ADD `moderation` text DEFAULT 'open' NOT NULL;--> statement-breakpoint
ALTER TABLE `settings` ADD `lock_closed` integer DEFAULT false NOT NULL;
--> statement-breakpoint
-- Full text over the comments that the public reads; like feedback_search, it holds no text of its own.
CREATE VIRTUAL TABLE `comment_search` USING fts5(
	body, scope,
	content='', contentless_delete=1,
	tokenize='unicode61 remove_diacritics 2',
	prefix='2 3'
);
--> statement-breakpoint
-- What was posted before is not compared with everything else at once.
UPDATE `settings` SET `suggested_feedback_id` = `last_feedback_id`;
--> statement-breakpoint
-- Items that are indexed without the terms of `similar` and the parts of unspaced text are indexed anew, by alarm.
INSERT INTO `schedule` (`task`, `due_at`) SELECT 'reindex:0', 1 WHERE EXISTS (SELECT 1 FROM `feedback_items`);
