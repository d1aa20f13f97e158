"""Method calls on objects of a class."""


class Account:
    def __init__(self, balance: int) -> None:
        self.balance = balance

    def deposit(self, amount: int) -> None:
        self.balance = self.balance + amount

    def get(self) -> int:
        return self.balance


def work() -> int:
    account, total = Account(0), 0
    for i in range(1, 300001):
        account.deposit(i)
        total = total + account.get() % 7
    return total
