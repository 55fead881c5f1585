CREATE TABLE `identity` (
	`id` integer PRIMARY KEY NOT NULL,
	`user_id` text,
	`email` text,
	`email_verified_at` integer,
	`password_hash` text,
	`failures` integer NOT NULL,
	`wait_until` integer NOT NULL,
	`last_failure_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `known_devices` (
	`hash` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`wait_until` integer NOT NULL,
	`last_seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `mailed_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`payload` text,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`receiver` text NOT NULL,
	`message` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `schedule` (
	`task` text PRIMARY KEY NOT NULL,
	`due_at` integer NOT NULL
);
