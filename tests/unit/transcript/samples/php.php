<?php

declare(strict_types=1);

namespace App\Mail;

use InvalidArgumentException;

/**
 * Sends letters, one at a time.
 */
final class Sender
{
    private const LIMIT = 100;
    private array $sent = [];

    public function __construct(private string $from, protected ?int $port = 25)
    {
    }

    public function send(string $to, string $subject, string $body = ''): bool
    {
        if (!filter_var($to, FILTER_VALIDATE_EMAIL)) {
            throw new InvalidArgumentException("bad address: {$to}\n");
        }
        // never more than the limit
        if (count($this->sent) >= self::LIMIT) {
            return false;
        }
        $text = <<<EOT
Dear $to,

  $body
EOT;
        $this->sent[] = ['to' => $to, 'subject' => $subject, 'text' => $text];
        return true;
    }

    public static function plain(): static
    {
        return new static('nobody@example.org');
    }
}

# the old style of comments
function total(array $rows, float $tax = 0.19): float
{
    $sum = 0;
    foreach ($rows as $key => $row) {
        $sum += $row["amount"] * (1 + $tax) - 0x1F;
    }
    return $sum ?: 1.5e3;
}

$sender = Sender::plain();
echo $sender->send('ada@example.org', "Hello $name", 'It\'s me') ? 'sent' : 'failed', PHP_EOL;
/* the end */
while (true) {
    break;
}
