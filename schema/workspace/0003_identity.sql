CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`key_hash` text NOT NULL,
	`last_four` text NOT NULL,
	`scopes` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`key_hash`);--> statement-breakpoint
CREATE TABLE `board_guests` (
	`board_id` integer NOT NULL,
	`external_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`board_id`, `external_id`)
);
--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`token_hash` text NOT NULL,
	`invited_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_by_token` ON `invitations` (`token_hash`);--> statement-breakpoint
CREATE TABLE `signing_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`last_four` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `boards` ADD `visibility` text DEFAULT 'public' NOT NULL;--> statement-breakpoint
ALTER TABLE `end_users` ADD `avatar_url` text;--> statement-breakpoint
ALTER TABLE `end_users` ADD `plan` text;--> statement-breakpoint
ALTER TABLE `end_users` ADD `verified_at` integer;--> statement-breakpoint
ALTER TABLE `members` ADD `email` text;--> statement-breakpoint
ALTER TABLE `members` ADD `name` text;--> statement-breakpoint
ALTER TABLE `settings` ADD `anonymous_posting` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `settings` ADD `require_identity` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `settings` ADD `allowed_origins` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `settings` ADD `accent_color` text;--> statement-breakpoint
ALTER TABLE `settings` ADD `logo_url` text;