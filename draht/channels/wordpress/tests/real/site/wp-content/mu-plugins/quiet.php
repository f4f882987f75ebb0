<?php
// The tests write faster than people: no flood control. Nobody gets mail.
add_filter('wp_is_comment_flood', '__return_false', 100);
add_filter('pre_wp_mail', '__return_true');
