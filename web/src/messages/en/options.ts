export default {
  priority: "Priority",
  priorities: { HIGH: "high", NORMAL: "normal", LOW: "low" },
  priorityAbout: "Its place among your own runs; those of others do not move.",
  deadline: "Deadline in seconds",
  deadlineAbout: "Waiting included. What has not ended by then is given up.",
  webhook: "Webhook",
  webhookAbout: "This address is told when it ends, signed with the secret of your account.",
  none: "none",
};
