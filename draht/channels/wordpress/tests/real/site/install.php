<?php
// Installs the test site in the folder $argv[1]; prints the application passwords of its users as JSON.
define('WP_INSTALLING', true);
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'REMOTE_ADDR' => '127.0.0.1'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install('Boot blog', 'admin', 'admin@example.test', true, '', wp_generate_password());
switch_theme('plain');
update_option('permalink_structure', '/%year%/%postname%/');
update_option('timezone_string', 'America/St_Johns'); // half an hour off: local time must never be taken for UTC
update_option('comment_moderation', '0');
update_option('comment_previously_approved', '0');
update_option('comments_notify', '0');
flush_rewrite_rules(false);

$passwords = [];
foreach (['agent' => 'editor', 'writer' => 'author'] as $name => $role) {
    $id = wp_insert_user([
        'user_login' => $name,
        'user_pass' => wp_generate_password(),
        'user_email' => "$name@example.test",
        'display_name' => ucfirst($name) . ' Boots',
        'role' => $role,
    ]);
    [$passwords[$name]] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'Draht']);
}
echo json_encode($passwords);
